//! yagura-assets
