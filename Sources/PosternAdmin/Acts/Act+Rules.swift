internal import PosternConfig
internal import PosternCore

extension Act {
    /// When something ends that is made now, to the next whole second, in which requests are judged; `nil` is never.
    func end(_ expiry: Expiry) throws(AdministrationError) -> Int64? {
        switch expiry {
        case .never: return nil
        case .at(let time):
            guard time > now else { throw .invalid(member: "expires_at", reason: "has passed already") }
            return Act.wholeSeconds(time)
        case .after(let duration):
            guard duration > .zero, let time = time(after: duration) else {
                throw .invalid(member: "ttl_s", reason: "must be more than nothing, and not for ever")
            }
            return Act.wholeSeconds(time)
        }
    }

    private static func wholeSeconds(_ time: Int64) -> Int64 {
        let second: Int64 = 1_000_000_000
        let rest = time % second
        let (rounded, overflow) = time.addingReportingOverflow(rest > 0 ? second - rest : 0)
        return overflow ? time : rounded
    }

    /// The time so long from now; `nil` beyond what the store can hold.
    func time(after duration: Duration) -> Int64? {
        let (seconds, attoseconds) = duration.components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (time, isTooLate) = now.addingReportingOverflow(whole)
        guard !isTooLong, !isTooLate else { return nil }
        let (exact, overflow) = time.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow ? nil : exact
    }

    /// The provider of a name: the store's, the configuration's, or the catalogue's.
    func provider(_ name: String) throws -> Provider { try declared.provider(named: name, or: store) }

    /// Reads something given, and refuses it in the name of the member that it was given as.
    func reading<Value>(
        _ member: String,
        _ read: () throws(ConfigError) -> Value
    ) throws(AdministrationError) -> Value {
        do { return try read() } catch { throw AdministrationError(error, member: member) }
    }
}

extension Declared {
    /// The provider of a name: the store's, the configuration's, or the catalogue's.
    func provider(named name: String, or store: any StoreReader) throws -> Provider {
        let stored = try store.provider(named: name)
        if stored == nil, let provider = try provider(name) { return provider }
        guard stored != nil || ProviderCatalogue.builtIn.entries[name] != nil else {
            throw AdministrationError.notFound(kind: "provider", name: TextRules.shown(name))
        }
        do throws(ConfigError) {
            // Not as it is in the catalogue: its reader says what is missing, such as the name of a tenant.
            return try DirectoryJSON.provider(named: name, stored?.definition ?? "{}")
        } catch { throw AdministrationError(error, member: "provider") }
    }
}
