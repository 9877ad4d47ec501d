/// The service and the region that a signature is for.
///
/// A signature for one scope is worth nothing in another.
package struct AWSScope: Hashable, Sendable {
    package let service: String
    package let region: String

    /// Whether paths are signed as S3 reads them, and bodies need not be.
    var isObjectStore: Bool { service == "s3" || service == "s3-outposts" || service == "s3-object-lambda" }

    package init(service: String, region: String) {
        self.service = service
        self.region = region
    }

    /// What is said, and for the rest what the host's name says; `nil` where neither does.
    init?(service: String?, region: String?, host: HostName) {
        if let service, let region {
            self.init(service: service, region: region)
            return
        }
        let named = AWSHost(host.text)
        guard let named, let service = service ?? named.service, let region = region ?? named.region else { return nil }
        self.init(service: service, region: region)
    }
}

/// What the name of a host of AWS says: `<service>.<region>.amazonaws.com`, with whatever stands before.
struct AWSHost {
    let service: String?
    let region: String?
    /// What stands before the service: for S3, the bucket that alone can be named.
    let owner: String

    /// Reads a name; `nil` for one that is not AWS's.
    init?(_ host: String) {
        guard let zone = AWSHost.zones.first(where: { host.hasSuffix($0.suffix) }) else { return nil }
        var labels = host.dropLast(zone.suffix.count).split(separator: ".").map(String.init)
        var region: String?
        if let last = labels.last, AWSHost.isRegion(last) {
            region = last
            labels.removeLast()
        }
        if labels.last == "dualstack" { labels.removeLast() }
        guard var name = labels.popLast() else { return nil }
        owner = labels.joined(separator: ".")
        if region == nil, let old = AWSHost.regionOfOldBucketHost(name) {
            region = old
            name = "s3"
        }
        // `search-x.us-west-2.es.amazonaws.com`
        if region == nil, let last = labels.last, AWSHost.isRegion(last) {
            region = last
            labels.removeLast()
        }
        if name.hasSuffix("-fips") { name.removeLast(5) }
        service = AWSHost.service(name, before: labels)
        // What has no region in its name is signed for one all the same; where that is not known, none is guessed.
        self.region = region ?? (AWSHost.isWithoutRegion(name) ? nil : zone.globalRegion)
    }

    private static let zones: [(suffix: String, globalRegion: String?)] = [
        (".amazonaws.com", "us-east-1"), (".amazonaws.com.cn", nil), (".api.aws", nil),
        (".api.amazonwebservices.com.cn", nil), (".on.aws", nil),
    ]

    /// `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`.
    private static func isRegion(_ label: String) -> Bool {
        let parts = label.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count >= 3, let number = parts.last, (1...2).contains(number.count) else { return false }
        return number.allSatisfy { (0x30...0x39).contains($0) }
            && parts.dropLast().allSatisfy { part in part.count >= 2 && part.allSatisfy { (0x61...0x7a).contains($0) } }
            && parts[0].count <= 4
    }

    /// The region in `s3-eu-west-1.amazonaws.com`.
    private static func regionOfOldBucketHost(_ name: String) -> String? {
        guard name.hasPrefix("s3-") else { return nil }
        let region = String(name.dropFirst(3))
        return isRegion(region) ? region : nil
    }

    /// The hosts of S3 whose region is not in their names, nor one for all.
    private static func isWithoutRegion(_ name: String) -> Bool { name.hasPrefix("s3-") }

    private static func service(_ name: String, before labels: [String]) -> String? {
        if name.hasPrefix("s3express") || name == "s3-accelerate" || name == "s3-global" {
            // Sessions of their own, or signatures of another kind.
            return name == "s3-accelerate" ? "s3" : nil
        }
        if let first = labels.last, let service = services["\(first).\(name)"] { return service }
        if let service = services[name] { return service }
        for (suffix, service) in [("-chime", "chime"), ("-lex", "lex"), ("-marketplace", "aws-marketplace")]
        where name.hasSuffix(suffix) { return service }
        return name
    }

    /// Services that are signed for by another name than their hosts have, as botocore 1.43 knows them.
    private static let services: [String: String] = [
        "appconfigdata": "appconfig", "appstream2": "appstream", "bedrock-agent": "bedrock",
        "bedrock-agent-runtime": "bedrock", "bedrock-agentcore-control": "bedrock-agentcore",
        "bedrock-data-automation": "bedrock", "bedrock-data-automation-runtime": "bedrock",
        "bedrock-runtime": "bedrock", "cassandra-streams": "cassandra", "cloudhsmv2": "cloudhsm",
        "cloudsearchdomain": "cloudsearch", "contact-lens": "connect", "participant.connect": "execute-api",
        "forecastquery": "forecast", "data-ats.iot": "iotdata", "data.iot": "iotdata", "jobs.iot": "iot-jobs-data",
        "data.iotevents": "ioteventsdata", "tunneling.iot": "IoTSecuredTunneling", "ivsrealtime": "ivs",
        "lambda-url": "lambda", "mail-manager": "ses", "marketplace": "aws-marketplace", "memory-db": "memorydb",
        "migrationhub-config": "mgh", "personalize-events": "personalize", "personalize-runtime": "personalize",
        "pinpoint": "mobiletargeting", "sms-voice.pinpoint": "sms-voice", "email": "ses", "queue": "sqs",
        "s3-control": "s3", "s3-accesspoint": "s3", "servicecatalog-appregistry": "servicecatalog",
        "data-signer": "signer", "portal.sso": "awsssoportal", "oidc": "sso-oauth",
    ]
}
