// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.18;

/// When the results of two nodes count as the same.
library Likeness {
    uint256 private constant HASH_BYTES = 8;

    /// Texts are the same when every byte is.
    function sameText(bytes memory a, bytes memory b) internal pure returns (bool) {
        return keccak256(a) == keccak256(b);
    }

    /// Pictures come as one 8-byte perceptual hash each. They are the same
    /// when fewer than threshold bits differ in every hash. A result that is
    /// not a whole number of hashes is like nothing, not even like itself;
    /// two empty results (two reported errors) are alike.
    function samePictures(bytes memory a, bytes memory b, uint256 threshold) internal pure returns (bool) {
        if (a.length != b.length || a.length % HASH_BYTES != 0) {
            return false;
        }
        for (uint256 at = 0; at < a.length; at += HASH_BYTES) {
            if (countOnes(hashAt(a, at) ^ hashAt(b, at)) >= threshold) {
                return false;
            }
        }
        return true;
    }

    function hashAt(bytes memory hashes, uint256 at) private pure returns (uint64 hash) {
        for (uint256 i = 0; i < HASH_BYTES; i++) {
            hash = (hash << 8) | uint8(hashes[at + i]);
        }
    }

    function countOnes(uint64 bits) private pure returns (uint256 count) {
        while (bits != 0) {
            bits &= bits - 1; // clears the lowest one
            count++;
        }
    }
}
