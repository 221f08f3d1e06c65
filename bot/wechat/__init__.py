"""The platform at our edge: what comes in is checked here, what goes out is worded for WeChat here."""
