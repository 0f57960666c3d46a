//! yagura-channel
