"""The model's side: arrays, frames and state in, arrays and values out."""
