"""What is measured, and how: each benchmark prints the figures of docs/benchmarks.md."""
