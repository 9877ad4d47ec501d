internal import PosternCore

// The sections that are numbers and little else.

/// `[timeouts]`: how long each wait may last.
enum TimeoutsSection {
    /// A day: a longer wait is a mistake in the unit.
    private static let range = 1...86_400

    static func read(_ table: TableReader, into timeouts: inout Timeouts) {
        func seconds(_ key: String, _ part: WritableKeyPath<Timeouts, Duration>, in range: ClosedRange<Int> = range) {
            if let value = table.integer(key, in: range) { timeouts[keyPath: part] = .seconds(value) }
        }
        seconds("request_head_s", \.requestHead)
        seconds("client_idle_s", \.clientIdle)
        seconds("client_stall_s", \.clientStall)
        seconds("connect_s", \.connect)
        seconds("first_byte_s", \.firstByte)
        seconds("upstream_idle_s", \.upstreamIdle)
        seconds("tunnel_idle_s", \.tunnelIdle)
        seconds("total_s", \.total, in: 0...86_400)
        seconds("pooled_connection_s", \.pooledConnection)
        seconds("drain_s", \.drain)
        seconds("audit_s", \.audit)
        table.finish()
    }
}

/// `[limits]`: how much of anything.
enum LimitsSection {
    static func read(_ table: TableReader, into limits: inout RequestLimits) {
        func number(_ key: String, _ part: WritableKeyPath<RequestLimits, Int>, in range: ClosedRange<Int>) {
            if let value = table.integer(key, in: range) { limits[keyPath: part] = value }
        }
        number("max_head_bytes", \.maxHeadBytes, in: 1024...1_048_576)
        number("max_field_bytes", \.maxFieldBytes, in: 256...1_048_576)
        number("max_fields", \.maxFields, in: 8...10_000)
        number("max_pooled_connections", \.maxPooledConnections, in: 0...65_536)
        number("max_upstream_connections", \.maxUpstreamConnections, in: 1...65_536)
        if limits.maxFieldBytes > limits.maxHeadBytes {
            let key = table.has("max_field_bytes") ? "max_field_bytes" : "max_head_bytes"
            table.refuse(
                key,
                "leaves no room: a field of \(limits.maxFieldBytes) bytes does not fit a head of \(limits.maxHeadBytes)",
                hint: "max_field_bytes is at most max_head_bytes"
            )
        }
        table.finish()
    }
}

/// `[audit]`: how the log is written.
enum AuditSection {
    static func read(_ table: TableReader, into audit: inout AuditSettings) {
        if let durability = table.choice("durability", of: ["write": .write, "fsync": AuditSettings.Durability.fsync]) {
            audit.durability = durability
        }
        if let bytes = table.integer("segment_bytes", in: 4096...1 << 40) { audit.segmentBytes = bytes }
        if let seconds = table.integer("checkpoint_interval_s", in: 1...86_400) {
            audit.checkpointInterval = .seconds(seconds)
        }
        table.finish()
    }
}
