"""Matching: canonical values and who is alike. Knows no record set, no file, no policy document."""
