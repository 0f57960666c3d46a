//! yagura-agent-kit
