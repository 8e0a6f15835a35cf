package durable

import "encoding/binary"

// digest says whether inputs are those that finished calls had, at less than a bit an input: a sum of hashes for each
// block of indexes. The inputs of a block are taken from its sum as they are drawn again; what is left is 0 if they
// are the same.
type digest struct{ sums []uint64 }

const digestBlock = 256

func (d *digest) add(index int, k key) {
	block := index / digestBlock
	for len(d.sums) <= block {
		d.sums = append(d.sums, 0)
	}
	d.sums[block] += placed(index, k)
}

func (d *digest) take(index int, k key) { d.sums[index/digestBlock] -= placed(index, k) }

// isEmpty reports whether all finished inputs of a block have been taken, and nothing else.
func (d *digest) isEmpty(block int) bool { return block >= len(d.sums) || d.sums[block] == 0 }

// placed is a hash of a key at an index, by the mixing function of splitmix64.
func placed(index int, k key) uint64 {
	x := binary.LittleEndian.Uint64(k[:]) ^ uint64(index)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
