"""What is said to whom, in their language: the inbox, e-mail and text messages."""
