//! Stored events as rows.

use serde_json::Value;
use uuid::Uuid;
use yagura_vocabulary::{Id, StoredEvent};

use crate::{Column, Row, any_text_of};

impl Row for StoredEvent {
    fn text(&self, column: Column) -> Option<&str> {
        let event = &self.event;
        match column {
            Column::Kind => Some(&event.kind),
            Column::Level => Some(event.level.as_str()),
            Column::Feature => Some(&event.feature),
            Column::AccountName => event.account.as_ref().map(|account| account.name.as_str()),
            Column::AccountId => event.account.as_ref().map(|account| account.id.as_str()),
            Column::Rule => event.rule.as_deref(),
            Column::Class => event.class.as_deref(),
            Column::LogonSession => event.logon_session.as_deref(),
            Column::Image => event.image.as_deref(),
            Column::ParentImage => event.parent_image.as_deref(),
            Column::CommandLine => event.command_line.as_deref(),
            Column::HashSha256 => event.hash_sha256.as_deref(),
            Column::Signer => event.signer.as_deref(),
            Column::Subject => event.subject.as_deref(),
            Column::Target => event.target.as_deref(),
            Column::RemoteIp => event.remote_ip.as_deref(),
            Column::RemoteHost => event.remote_host.as_deref(),
            Column::DeviceSerial => event.device_serial.as_deref(),
            _ => None,
        }
    }

    fn number(&self, column: Column) -> Option<u64> {
        let event = &self.event;
        match column {
            Column::Pid => event.pid.map(u64::from),
            Column::RemotePort => event.remote_port.map(u64::from),
            Column::Bytes => event.bytes,
            Column::Count => event.count,
            _ => None,
        }
    }

    fn uuid(&self, column: Column) -> Option<Uuid> {
        match column {
            Column::Endpoint => Some(self.endpoint.uuid()),
            Column::Person => self.person.map(Id::uuid),
            Column::ProcessGuid => self.event.process_guid,
            Column::ParentGuid => self.event.parent_guid,
            _ => None,
        }
    }

    fn micros(&self, column: Column) -> i64 {
        match column {
            Column::ReceivedAt => self.received_at.micros(),
            _ => self.event.occurred_at.micros(),
        }
    }

    fn any_text(&self, found: &mut dyn FnMut(&str) -> bool) -> bool {
        let event = &self.event;
        let texts = [
            &event.command_line,
            &event.image,
            &event.subject,
            &event.target,
            &event.parent_image,
            &event.remote_host,
            &event.class,
            &event.rule,
        ];
        event.account.as_ref().is_some_and(|account| found(&account.name))
            || texts.into_iter().flatten().any(|text| found(text))
    }

    fn any_body_text(&self, _: &mut dyn FnMut(&str) -> bool, found: &mut dyn FnMut(&str) -> bool) -> bool {
        self.event.body.values().any(|value| any_text_of(value, found))
    }

    fn body(&self, name: &str, found: &mut dyn FnMut(&Value) -> bool) -> bool {
        self.event.body.get(name).is_some_and(found)
    }
}
