"""Pure parsers of what people type: text in, a value or None out; they never raise."""
