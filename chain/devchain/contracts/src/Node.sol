// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.18;

import "@openzeppelin/contracts/access/Ownable.sol";
import "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

/// Who works in the network: nodes with their stake, their GPU and whether
/// they are free. The Task contract draws nodes from here and marks them busy.
contract Node is Ownable {
    using EnumerableSet for EnumerableSet.AddressSet;
    using EnumerableSet for EnumerableSet.Bytes32Set;
    using EnumerableSet for EnumerableSet.UintSet;

    struct GPUInfo {
        string name;
        uint256 vram; // GB
    }

    struct NodeInfo {
        uint256 status;
        bytes32 gpuID; // keccak256(name, vram)
        GPUInfo gpu;
    }

    uint256 private constant QUIT = 0; // also: never seen
    uint256 private constant AVAILABLE = 1;
    uint256 private constant BUSY = 2;
    uint256 private constant PENDING_PAUSE = 3;
    uint256 private constant PENDING_QUIT = 4;
    uint256 private constant PAUSED = 5;

    uint256 private constant STAKE = 400 ether;
    uint256 private constant MAX_NODES = 100_000;

    IERC20 private immutable token;
    address private taskAddress;

    mapping(address => NodeInfo) private infos;
    EnumerableSet.AddressSet private all;

    // The available nodes three times over, because each kind of task draws
    // from another grouping. A kind without an available node is not listed.
    EnumerableSet.AddressSet private available;
    EnumerableSet.UintSet private vrams;
    mapping(uint256 => EnumerableSet.AddressSet) private availableByVram;
    EnumerableSet.Bytes32Set private gpuIDs;
    mapping(bytes32 => EnumerableSet.AddressSet) private availableByGPU;
    mapping(bytes32 => GPUInfo) private gpus;

    modifier onlyTaskContract() {
        require(msg.sender == taskAddress, "Not called by the task contract");
        _;
    }

    constructor(IERC20 tokenInstance) {
        token = tokenInstance;
    }

    // Looking

    function getNodeInfo(address nodeAddress) public view returns (NodeInfo memory) {
        return infos[nodeAddress];
    }

    function getNodeStatus(address nodeAddress) public view returns (uint256) {
        return infos[nodeAddress].status;
    }

    function totalNodes() public view returns (uint256) {
        return all.length();
    }

    function availableNodes() public view returns (uint256) {
        return available.length();
    }

    function getAllNodeAddresses() public view returns (address[] memory) {
        return all.values();
    }

    function getAvailableNodes() public view returns (address[] memory) {
        return available.values();
    }

    function getAvailableGPUs() public view returns (GPUInfo[] memory) {
        GPUInfo[] memory list = new GPUInfo[](gpuIDs.length());
        for (uint256 i = 0; i < list.length; i++) {
            list[i] = gpus[gpuIDs.at(i)];
        }
        return list;
    }

    // What a node does

    function join(string calldata gpuName, uint256 gpuVram) public {
        require(all.length() < MAX_NODES, "Network is full");
        NodeInfo storage info = infos[msg.sender];
        require(info.status == QUIT, "Node already joined");
        require(token.allowance(msg.sender, address(this)) >= STAKE, "Not enough allowance to stake");
        require(token.balanceOf(msg.sender) >= STAKE, "Not enough token to stake");
        require(token.transferFrom(msg.sender, address(this), STAKE), "Token transfer failed");

        info.gpuID = keccak256(abi.encodePacked(gpuName, gpuVram));
        info.gpu = GPUInfo(gpuName, gpuVram);
        gpus[info.gpuID] = info.gpu;
        all.add(msg.sender);
        setAvailable(msg.sender);
    }

    function quit() public {
        uint256 status = infos[msg.sender].status;
        if (status == AVAILABLE || status == PAUSED) {
            remove(msg.sender, msg.sender);
        } else if (status == BUSY) {
            infos[msg.sender].status = PENDING_QUIT;
        } else {
            revert("Illegal node status");
        }
    }

    function pause() public {
        uint256 status = infos[msg.sender].status;
        if (status == AVAILABLE) {
            setUnavailable(msg.sender, PAUSED);
        } else if (status == BUSY) {
            infos[msg.sender].status = PENDING_PAUSE;
        } else {
            revert("Illegal node status");
        }
    }

    function resume() public {
        require(infos[msg.sender].status == PAUSED, "Illegal node status");
        setAvailable(msg.sender);
    }

    // What the Task contract does

    function updateTaskContractAddress(address taskContract) public onlyOwner {
        taskAddress = taskContract;
    }

    function startTask(address nodeAddress) public onlyTaskContract {
        require(infos[nodeAddress].status == AVAILABLE, "Node is not available");
        setUnavailable(nodeAddress, BUSY);
    }

    /// Ends the work of a busy node, and with it what the node asked for meanwhile.
    function finishTask(address nodeAddress) public onlyTaskContract {
        uint256 status = infos[nodeAddress].status;
        if (status == BUSY) {
            setAvailable(nodeAddress);
        } else if (status == PENDING_PAUSE) {
            infos[nodeAddress].status = PAUSED;
        } else if (status == PENDING_QUIT) {
            remove(nodeAddress, nodeAddress);
        } else {
            revert("Illegal node status");
        }
    }

    /// Throws a busy node out. Its stake goes to the owner of this contract.
    function slash(address nodeAddress) public onlyTaskContract {
        uint256 status = infos[nodeAddress].status;
        require(status == BUSY || status == PENDING_PAUSE || status == PENDING_QUIT, "Illegal node status");
        remove(nodeAddress, owner());
    }

    // Drawing nodes

    /// The classes of VRAM of at least vramLimit with at least countLimit
    /// available nodes, and how many nodes each has.
    function filterGPUVram(uint256 vramLimit, uint256 countLimit)
        public
        view
        returns (uint256[] memory, uint256[] memory)
    {
        uint256[] memory kinds = new uint256[](vrams.length());
        uint256[] memory counts = new uint256[](kinds.length);
        uint256 found;
        for (uint256 i = 0; i < kinds.length; i++) {
            uint256 vram = vrams.at(i);
            uint256 count = availableByVram[vram].length();
            if (vram >= vramLimit && count >= countLimit) {
                kinds[found] = vram;
                counts[found++] = count;
            }
        }
        require(found > 0, "No kind of gpu vram meets condition");
        cut(kinds, found);
        cut(counts, found);
        return (kinds, counts);
    }

    /// As filterGPUVram, by the kind of GPU (name and VRAM).
    function filterGPUID(uint256 vramLimit, uint256 countLimit)
        public
        view
        returns (bytes32[] memory, uint256[] memory)
    {
        bytes32[] memory kinds = new bytes32[](gpuIDs.length());
        uint256[] memory counts = new uint256[](kinds.length);
        uint256 found;
        for (uint256 i = 0; i < kinds.length; i++) {
            bytes32 gpuID = gpuIDs.at(i);
            uint256 count = availableByGPU[gpuID].length();
            if (gpus[gpuID].vram >= vramLimit && count >= countLimit) {
                kinds[found] = gpuID;
                counts[found++] = count;
            }
        }
        require(found > 0, "No kind of gpu id meets condition");
        assembly {
            mstore(kinds, found) // cut, for bytes32
        }
        cut(counts, found);
        return (kinds, counts);
    }

    /// These three take any index and use it modulo the number of candidates.
    function selectNodeByGPUVram(uint256 vram, uint256 index) public view returns (address) {
        uint256 count = availableByVram[vram].length();
        require(count > 0, "No available nodes of such vram");
        return availableByVram[vram].at(index % count);
    }

    function selectNodeByGPUID(bytes32 gpuID, uint256 index) public view returns (address) {
        uint256 count = availableByGPU[gpuID].length();
        require(count > 0, "No available nodes of such gpu id");
        return availableByGPU[gpuID].at(index % count);
    }

    function selectNode(uint256 index) public view returns (address) {
        uint256 count = available.length();
        require(count > 0, "No available nodes");
        return available.at(index % count);
    }

    // Keeping the sets

    function setAvailable(address nodeAddress) private {
        NodeInfo storage info = infos[nodeAddress];
        info.status = AVAILABLE;
        available.add(nodeAddress);
        vrams.add(info.gpu.vram);
        availableByVram[info.gpu.vram].add(nodeAddress);
        gpuIDs.add(info.gpuID);
        availableByGPU[info.gpuID].add(nodeAddress);
    }

    function setUnavailable(address nodeAddress, uint256 status) private {
        NodeInfo storage info = infos[nodeAddress];
        info.status = status;
        available.remove(nodeAddress);
        uint256 vram = info.gpu.vram;
        availableByVram[vram].remove(nodeAddress);
        if (availableByVram[vram].length() == 0) {
            vrams.remove(vram);
        }
        bytes32 gpuID = info.gpuID;
        availableByGPU[gpuID].remove(nodeAddress);
        if (availableByGPU[gpuID].length() == 0) {
            gpuIDs.remove(gpuID);
        }
    }

    function remove(address nodeAddress, address stakeTo) private {
        if (infos[nodeAddress].status == AVAILABLE) {
            setUnavailable(nodeAddress, QUIT);
        }
        all.remove(nodeAddress);
        delete infos[nodeAddress];
        require(token.transfer(stakeTo, STAKE), "Token transfer failed");
    }

    function cut(uint256[] memory list, uint256 length) private pure {
        assembly {
            mstore(list, length)
        }
    }
}
