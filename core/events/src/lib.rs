//! yagura-events
