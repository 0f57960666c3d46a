//! yagura-commands
