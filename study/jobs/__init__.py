"""Long work outside the web process: jobs are commands of this program, run one after another."""
