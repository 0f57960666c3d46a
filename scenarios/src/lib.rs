//! yagura-scenarios
