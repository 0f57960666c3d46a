//! yagura-server-kit
