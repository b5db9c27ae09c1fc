//! Finding a field by its name: a hash table, computed at compile time, so that a struct needs no code for it.
//! Without the table, a row of `cargo bench --bench call -- --instructions` takes 3.3 to 5 % more instructions.

/// The places of a struct's fields by a hash of their names; of two with one hash, the second is in the next free slot.
pub(crate) struct Places([u8; SLOTS]);

const SLOTS: usize = 128;
const FREE: u8 = u8::MAX;
/// The most names that are entered: some slots stay free, so that a search ends.
const ROOM: usize = 112;

impl Places {
    pub(super) const fn of(names: &[&str]) -> Self {
        let mut slots = [FREE; SLOTS];
        let mut place = 0;
        while place < names.len() && place < ROOM {
            let mut slot = slot(ends(names[place].as_bytes()));
            while slots[slot] != FREE {
                slot = (slot + 1) % SLOTS;
            }
            #[allow(clippy::cast_possible_truncation)]
            {
                slots[slot] = place as u8;
            }
            place += 1;
        }
        Self(slots)
    }

    // Not inlined into the reading of each struct, which would grow by it.
    #[inline(never)]
    pub(super) fn find(&self, names: &[&str], name: &str) -> Option<usize> {
        let ends = ends(name.as_bytes());
        let mut slot = slot(ends);
        while self.0[slot] != FREE {
            let place = usize::from(self.0[slot]);
            match names.get(place) {
                Some(known) if known.len() == name.len() && self::ends(known.as_bytes()) == ends => {
                    return if name.len() <= WHOLE { Some(place) } else { compared(place, names, name) };
                }
                _ => slot = (slot + 1) % SLOTS,
            }
        }
        if names.len() > ROOM { compared(ROOM, names, name) } else { None }
    }
}

/// The place of a name that may be at `place` or elsewhere: a long one, or one of more than the table has room for.
#[inline(never)]
fn compared(place: usize, names: &[&str], name: &str) -> Option<usize> {
    if names.get(place) == Some(&name) { Some(place) } else { names.iter().position(|known| *known == name) }
}

/// A slot by a name's ends: names of one object hardly ever share it.
const fn slot((first, last): (u64, u64)) -> usize {
    // The upper bits of the product: every letter has a part in them.
    let mixed = (first.rotate_left(32) ^ last).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (u64::BITS - SLOTS.ilog2())) as usize
}

/// A name's first and last letters, up to eight of each. Most names have no more, and comparing them takes a fraction of a
/// call that compares memory.
#[inline]
const fn ends(name: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        (u32::from_le_bytes(*first) as u64, u32::from_le_bytes(*last) as u64)
    } else {
        match *name {
            [a, b, c] => (a as u64, (b as u64) << 8 | c as u64),
            [a, b] => (a as u64, b as u64),
            [a] => (a as u64, 0),
            _ => (0, 0),
        }
    }
}

/// Of a name up to this length, the ends are all there is.
const WHOLE: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_among_few_and_among_more_than_find_room() {
        let many: Vec<String> = (0..200).map(|number| format!("field{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let every_length: Vec<&str> = (0..24).map(|length| &"thisIsTheLongestOfTheNames"[..length]).collect();
        let alike = ["previousTotalBalance", "previousFinalBalance", "previousTidalBalance"];
        for names in [&[][..], &["id"], &["id", "di", "ab", "ba", ""], &alike, &every_length, &many] {
            let places = Places::of(names);
            for (place, name) in names.iter().enumerate() {
                assert_eq!(places.find(names, name), Some(place), "{name} of {}", names.len());
            }
            for nothing in ["nothing", "no", "iid", "previousLocalBalance", "fielf199"] {
                assert_eq!(places.find(names, nothing), None, "{nothing} of {}", names.len());
            }
        }
    }
}
