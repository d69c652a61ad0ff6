// The settings file that a hub writes when it has none: every setting with its default, explained.

export const DEFAULT_TEXT = `# Settings of this hub. They are read at the start; \`kill -HUP\` reads them again, \`earshot hub --check\` only checks them.
# What is left out is as shown here.

# How the hub is called, in one line of at most 64 characters. Empty: by the name of its owner. \`--title\` goes before it.
title = ""

# Told to everyone who comes. Several lines stand between three quotes: """…"""
welcome = ""

# Names by which browsers may ask for this hub, besides its addresses and the name of this computer: ["chat.example.org"]
hostnames = []

# Who may read /metrics: "computer" (this one only), or "network".
metrics = "computer"

# May people without an account come in?
guests = true

# May guests make an account of their name (/register)?
registration = true

# Who may set topics: "moderators", "members" (those with an account), or "everyone".
topics = "members"

# So many messages are shown to those who join a room; at most 1000.
history = 50

# 0 is no limit. This computer itself is not held to the limits per address.
[limits]
connections = 5000
connections-per-address = 100
guests = 2000
message-bytes = 16000
messages-per-10-seconds = 40
messages-per-10-seconds-per-address = 400
joins-per-minute-per-address = 60

# What is older than so many days, or beyond the newest so many messages of a room, is erased here. 0 keeps all.
[retention]
days = 0
messages = 0
`;
