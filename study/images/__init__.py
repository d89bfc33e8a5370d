"""Images and label sets in the database: put in, found, shown."""
