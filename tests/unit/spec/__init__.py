"""What people type: the file, and files of people."""
