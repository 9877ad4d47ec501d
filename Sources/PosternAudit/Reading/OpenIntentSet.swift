/// The intents whose outcome has not come yet, in bounded memory.
struct OpenIntentSet {
    /// More than can be under way at once, so that only the wreckage of many crashes exceeds it.
    private static let limit = 100_000
    private static let listed = 20

    private var open: [String: Int] = [:]
    private var uncounted = 0

    mutating func begin(_ requestID: String, sequence: Int) {
        if open.count < OpenIntentSet.limit { open[requestID] = sequence } else { uncounted += 1 }
    }

    mutating func end(_ requestID: String) {
        if open.removeValue(forKey: requestID) == nil { uncounted = max(0, uncounted - 1) }
    }

    /// The first in the order of the log, and how many.
    var summary: AuditVerification.OpenIntents {
        let first = open.sorted { $0.value < $1.value }.prefix(OpenIntentSet.listed).map(\.key)
        return AuditVerification.OpenIntents(count: open.count + uncounted, requestIDs: first)
    }
}
