"""What is fast, how good, against whom: see README.md beside this file."""
