"""An approved audience becomes rows and batches."""
