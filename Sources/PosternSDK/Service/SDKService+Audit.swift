internal import PosternCore

extension SDKService {
    /// What stands for Postern itself in the audit log.
    private static let destination = HostName("postern.internal").map {
        Destination(scheme: .http, host: $0, port: 80)
    }

    /// Writes down that a request was refused, and why.
    func record(_ refusal: SDKRefusal, of request: ServiceRequest, _ trail: SDKTrail) {
        let url = SDKService.destination.map { destination in
            AuditURL(
                destination: destination,
                path: ArraySlice(request.path.utf8),
                query: request.query.map { ArraySlice($0.utf8) }
            )
        }
        let record = DenialRecord(
            time: request.receivedAt,
            requestID: request.id,
            agent: trail.agent,
            party: AuditParty(trail.attribution),
            peer: request.peer.audited,
            method: ArraySlice(request.method.rawValue.utf8),
            url: url,
            status: refusal.status,
            errorCode: refusal.code,
            reason: refusal.message,
            tags: AuditTags(trail.attribution)
        )
        var batch = AuditBatch()
        batch.append(record)
        services.sink.submit(batch) { _ in }
    }
}
