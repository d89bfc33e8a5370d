"""The database: tables, session, migrations."""
