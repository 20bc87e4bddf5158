"""The programs inside the images, as far as they are pure."""
