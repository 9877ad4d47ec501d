package import PosternCore

/// Everything that decisions about requests read, in one immutable value.
package final class ProxySnapshot: Sendable {
    package let settings: ProxySettings
    package let directory: Directory
    let waits: Waits
    private let listeners: [ListenerSettings.Address: ListenerSettings]

    package init(settings: ProxySettings, directory: Directory) {
        self.settings = settings
        self.directory = directory
        waits = Waits(settings.timeouts)
        listeners = Dictionary(settings.listeners.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// What holds now for a listener; `nil` if there is no such listener any more.
    func listener(_ address: ListenerSettings.Address) -> ListenerSettings? { listeners[address] }
}
