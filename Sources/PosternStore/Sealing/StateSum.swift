/// A sum, modulo 2^256, over the rows of the store: which rows there are, whatever their order.
///
/// Every row adds a number that only who holds the data key can know, so no other set of rows can be made to have the
/// same sum, not even of rows that were in the store before.
struct StateSum: Equatable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// The sum over no row.
    init() {}

    /// Takes 32 bytes.
    init(_ bytes: UnsafeRawBufferPointer) {
        func word(_ index: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// Adds a row's number.
    static func += (sum: inout StateSum, row: StateSum) {
        var carry: UInt64 = 0
        func add(_ left: UInt64, _ right: UInt64) -> UInt64 {
            let (first, firstCarries) = left.addingReportingOverflow(right)
            let (second, secondCarries) = first.addingReportingOverflow(carry)
            carry = firstCarries || secondCarries ? 1 : 0
            return second
        }
        sum.words.0 = add(sum.words.0, row.words.0)
        sum.words.1 = add(sum.words.1, row.words.1)
        sum.words.2 = add(sum.words.2, row.words.2)
        sum.words.3 = add(sum.words.3, row.words.3)
    }

    /// Takes a row's number away.
    static func -= (sum: inout StateSum, row: StateSum) {
        var borrow: UInt64 = 0
        func subtract(_ left: UInt64, _ right: UInt64) -> UInt64 {
            let (first, firstBorrows) = left.subtractingReportingOverflow(right)
            let (second, secondBorrows) = first.subtractingReportingOverflow(borrow)
            borrow = firstBorrows || secondBorrows ? 1 : 0
            return second
        }
        sum.words.0 = subtract(sum.words.0, row.words.0)
        sum.words.1 = subtract(sum.words.1, row.words.1)
        sum.words.2 = subtract(sum.words.2, row.words.2)
        sum.words.3 = subtract(sum.words.3, row.words.3)
    }

    /// The 32 bytes.
    var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            stride(from: 0, through: 56, by: 8).map { UInt8(truncatingIfNeeded: word >> $0) }
        }
    }

    static func == (left: StateSum, right: StateSum) -> Bool { left.words == right.words }
}
