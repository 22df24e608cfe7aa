// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.18;

/// Numbers that look random and are the same for everyone who knows the seed:
/// number k is keccak256(seed, k). The counter k is not set back with a new seed.
library Draw {
    struct Source {
        bytes32 seed;
        uint256 counter;
    }

    function next(Source memory source) internal pure returns (uint256) {
        return uint256(keccak256(abi.encodePacked(source.seed, source.counter++)));
    }

    /// An index into weights, each as likely as its weight. The weights must
    /// not all be zero.
    function weighted(Source memory source, uint256[] memory weights) internal pure returns (uint256) {
        uint256 total;
        for (uint256 i = 0; i < weights.length; i++) {
            total += weights[i];
        }
        uint256 point = next(source) % total;
        uint256 index;
        while (point >= weights[index]) {
            point -= weights[index++];
        }
        return index;
    }
}
