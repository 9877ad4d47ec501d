package import PosternCore
internal import PosternEventLoop

/// The connections of one rule to one destination: no other rule, and so no other credential, is ever given one of them.
package struct UpstreamPool {
    private var idle: [UpstreamConnection] = []
    /// How many there are, idle or not.
    var count = 0

    var isEmpty: Bool { count == 0 }
    var idleCount: Int { idle.count }

    /// Takes the connection that was used last, which is the one most likely to be alive.
    mutating func take() -> UpstreamConnection? { idle.popLast() }

    mutating func put(_ connection: UpstreamConnection) { idle.append(connection) }

    /// Takes out one connection that has been idle since before `moment`, or is no longer as it was left.
    mutating func takeStale(before moment: Instant) -> UpstreamConnection? {
        guard let first = idle.first, first.idleSince < moment else { return nil }
        return idle.removeFirst()
    }

    mutating func remove(_ connection: UpstreamConnection) {
        idle.removeAll { $0 === connection }
    }
}

extension UpstreamPool {
    /// What connections may be shared within.
    package struct Key: Hashable {
        package let rule: AccessRule
        let destination: Destination

        package init(rule: AccessRule, destination: Destination) {
            self.rule = rule
            self.destination = destination
        }

        package static func == (left: Key, right: Key) -> Bool {
            left.rule === right.rule && left.destination == right.destination
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(ObjectIdentifier(rule))
            hasher.combine(destination.port)
        }
    }
}
