"""The portal: what people see of a shop, as one static site that opens from the disk."""
