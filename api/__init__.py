"""What a person or a program meets: the command line and the demo. Translates, decides nothing."""
