"""Demo mode only: a stand-in for WeChat's side of the webhook, and the chat page that drives it."""
