//! The event classes that our events fall into.

/// An event class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What has no class of its own.
    Base,
    /// What is done with files and folders.
    File,
    /// Starts and ends of processes.
    Process,
    /// What a detection found.
    Detection,
    /// Changes of accounts.
    AccountChange,
    /// Logons and logoffs.
    Authentication,
    /// Connections.
    Network,
    /// Requests to web servers.
    Http,
    /// Questions to name servers.
    Dns,
    /// Mail.
    Email,
    /// Installed, removed, started and stopped software.
    Application,
    /// Files kept with a service on the net.
    FileHosting,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 12] = [
        Self::Base,
        Self::File,
        Self::Process,
        Self::Detection,
        Self::AccountChange,
        Self::Authentication,
        Self::Network,
        Self::Http,
        Self::Dns,
        Self::Email,
        Self::Application,
        Self::FileHosting,
    ];

    /// Its number.
    #[must_use]
    pub const fn uid(self) -> u32 {
        match self {
            Self::Base => 0,
            Self::File => 1001,
            Self::Process => 1007,
            Self::Detection => 2004,
            Self::AccountChange => 3001,
            Self::Authentication => 3002,
            Self::Network => 4001,
            Self::Http => 4002,
            Self::Dns => 4003,
            Self::Email => 4009,
            Self::Application => 6002,
            Self::FileHosting => 6006,
        }
    }

    /// Its caption.
    #[must_use]
    pub const fn caption(self) -> &'static str {
        match self {
            Self::Base => "Base Event",
            Self::File => "File System Activity",
            Self::Process => "Process Activity",
            Self::Detection => "Detection Finding",
            Self::AccountChange => "Account Change",
            Self::Authentication => "Authentication",
            Self::Network => "Network Activity",
            Self::Http => "HTTP Activity",
            Self::Dns => "DNS Activity",
            Self::Email => "Email Activity",
            Self::Application => "Application Lifecycle",
            Self::FileHosting => "File Hosting Activity",
        }
    }

    /// Its word in names of sources: `process_activity`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Base => "base_event",
            Self::File => "file_activity",
            Self::Process => "process_activity",
            Self::Detection => "detection_finding",
            Self::AccountChange => "account_change",
            Self::Authentication => "authentication",
            Self::Network => "network_activity",
            Self::Http => "http_activity",
            Self::Dns => "dns_activity",
            Self::Email => "email_activity",
            Self::Application => "application_lifecycle",
            Self::FileHosting => "file_hosting",
        }
    }

    /// The number of its category, which is the thousands of its own.
    #[must_use]
    pub const fn category(self) -> u32 {
        self.uid() / 1000
    }

    /// The caption of its category.
    #[must_use]
    pub const fn category_caption(self) -> &'static str {
        match self.category() {
            1 => "System Activity",
            2 => "Findings",
            3 => "Identity & Access Management",
            4 => "Network Activity",
            6 => "Application Activity",
            _ => "Uncategorized",
        }
    }
}
