/// A small random number generator that gives the same numbers for the same seed on every machine, so that a failure
/// can be run again (Steele, Lea, Flood, "Fast splittable pseudorandom number generators").
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// A number from 0 up to, and not including, `bound`.
    ///
    /// Cheaper than `Int.random`, and good enough here.
    package mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() >> 33) % bound }

    /// One of `choices`.
    package mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}

extension SplitMix64 {
    /// Bytes out of an alphabet.
    package mutating func bytes(_ count: Int, from alphabet: [UInt8]) -> [UInt8] {
        (0..<count).map { _ in pick(alphabet) }
    }

    /// Changes `bytes` in a few places, with a taste for what parsers trip over.
    package mutating func mutate(_ bytes: [UInt8], times: Int, splicing pieces: [[UInt8]]) -> [UInt8] {
        var result = bytes
        for _ in 0..<times {
            let place = below(result.count + 1)
            switch below(6) {
            case 0 where place < result.count: result[place] = UInt8(truncatingIfNeeded: next())
            case 1 where place < result.count: result.remove(at: place)
            case 2: result.insert(UInt8(truncatingIfNeeded: next()), at: place)
            case 3: result.insert(contentsOf: pick(pieces), at: place)
            case 4 where place < result.count:
                let end = min(result.count, place + 1 + below(12))
                result.insert(contentsOf: result[place..<end], at: below(result.count + 1))
            case 5 where place < result.count:
                result.removeSubrange(place..<min(result.count, place + 1 + below(12)))
            default: result.append(contentsOf: pick(pieces))
            }
        }
        return result
    }
}
