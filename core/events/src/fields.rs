//! An event as the matcher sees it, whether it lies in memory as a value or in a file as columns.

use uuid::Uuid;
use yagura_search_language::{Column, Row};
use yagura_vocabulary::StoredEvent;

/// The parts of an event that a query can ask about.
pub(crate) trait Fields: Row {
    fn id(&self) -> Uuid;

    fn endpoint(&self) -> Uuid {
        self.uuid(Column::Endpoint).unwrap_or_default()
    }
    fn person(&self) -> Option<Uuid> {
        self.uuid(Column::Person)
    }
    fn process_guid(&self) -> Option<Uuid> {
        self.uuid(Column::ProcessGuid)
    }
    fn parent_guid(&self) -> Option<Uuid> {
        self.uuid(Column::ParentGuid)
    }
    fn feature(&self) -> &str {
        self.text(Column::Feature).unwrap_or_default()
    }
    fn kind(&self) -> &str {
        self.text(Column::Kind).unwrap_or_default()
    }
    fn level(&self) -> &str {
        self.text(Column::Level).unwrap_or_default()
    }
    fn account_name(&self) -> Option<&str> {
        self.text(Column::AccountName)
    }
    fn account_id(&self) -> Option<&str> {
        self.text(Column::AccountId)
    }
    fn image(&self) -> Option<&str> {
        self.text(Column::Image)
    }
    fn hash_sha256(&self) -> Option<&str> {
        self.text(Column::HashSha256)
    }
    fn remote_ip(&self) -> Option<&str> {
        self.text(Column::RemoteIp)
    }
    fn device_serial(&self) -> Option<&str> {
        self.text(Column::DeviceSerial)
    }
    fn rule(&self) -> Option<&str> {
        self.text(Column::Rule)
    }
    fn class(&self) -> Option<&str> {
        self.text(Column::Class)
    }
    fn remote_host(&self) -> Option<&str> {
        self.text(Column::RemoteHost)
    }
}

impl Fields for StoredEvent {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }
}
