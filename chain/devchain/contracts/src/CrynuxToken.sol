// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.18;

import "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// The token that tasks are paid with and nodes stake: a plain ERC-20, whose
/// whole supply belongs to whoever deploys it.
contract CrynuxToken is ERC20 {
    uint256 private constant SUPPLY = 4_351_443_962 ether; // 18 decimals, as ether has

    constructor() ERC20("Crynux", "CNX") {
        _mint(msg.sender, SUPPLY);
    }
}
