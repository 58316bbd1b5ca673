"""What can be known of how Coffer is used and does, without knowing anything of anybody."""
