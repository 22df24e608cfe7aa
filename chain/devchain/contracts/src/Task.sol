// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.18;

import "@openzeppelin/contracts/access/Ownable.sol";
import "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import "./Draw.sol";
import "./Likeness.sol";
import "./Node.sol";

/// The life of a task: paid by its creator, given to three nodes, which first
/// commit to a result and then disclose it. Two like results decide; whoever
/// disagrees with them loses its stake.
contract Task is Ownable {
    using Draw for Draw.Source;

    struct TaskInfo {
        uint256 id;
        uint256 taskType;
        address creator;
        bytes32 taskHash;
        bytes32 dataHash;
        uint256 vramLimit;
        bool isSuccess; // the first two disclosures were alike, even if both were errors
        address[] selectedNodes;
        bytes32[] commitments; // by round; 0 none yet, 1 an error
        bytes32[] nonces; // by round
        bytes[] results; // by round; empty for an error
        uint256[] resultDisclosedRounds; // in the order of disclosure; an error report discloses too
        address resultNode;
        bool aborted;
        uint256 timeout; // block timestamp after which the task may be cancelled
        uint256 balance; // what is left of the fee
    }

    event TaskCreated(
        uint256 taskId,
        uint256 taskType,
        address indexed creator,
        address indexed selectedNode,
        bytes32 taskHash,
        bytes32 dataHash,
        uint256 round
    );
    event TaskResultCommitmentsReady(uint256 taskId);
    event TaskSuccess(uint256 taskId, bytes result, address indexed resultNode);
    event TaskAborted(uint256 taskId, string reason);

    uint256 private constant SD = 0;
    uint256 private constant GPT = 1;
    uint256 private constant NODES = 3; // of a task; a node's place among them is its round
    bytes32 private constant ERROR = bytes32(uint256(1));

    Node private immutable node;
    IERC20 private immutable token;

    uint256 private feePerNode = 10 ether;
    uint256 private distanceThreshold = 5;
    uint256 private timeLimit = 15 minutes;

    uint256 private drawn; // numbers drawn so far; the next task goes on counting

    mapping(uint256 => TaskInfo) private tasks;
    mapping(address => uint256) private nodeTasks;

    uint256 public totalTasks;
    uint256 public totalSuccessTasks;
    uint256 public totalAbortedTasks;

    constructor(Node nodeInstance, IERC20 tokenInstance) {
        node = nodeInstance;
        token = tokenInstance;
    }

    // Looking

    function getTask(uint256 taskId) public view returns (TaskInfo memory) {
        return tasks[taskId];
    }

    function getNodeTask(address nodeAddress) public view returns (uint256) {
        return nodeTasks[nodeAddress];
    }

    // Settings. A new fee is also the one that running tasks pay out.

    function updateTaskFeePerNode(uint256 fee) public onlyOwner {
        feePerNode = fee;
    }

    function updateDistanceThreshold(uint256 threshold) public onlyOwner {
        distanceThreshold = threshold;
    }

    function updateTimeout(uint256 t) public onlyOwner {
        timeLimit = t;
    }

    // What the creator does

    function createTask(uint256 taskType, bytes32 taskHash, bytes32 dataHash, uint256 vramLimit) public {
        require(taskType == SD || taskType == GPT, "Invalid task type");
        uint256 fee = feePerNode * NODES;
        require(token.balanceOf(msg.sender) >= fee, "Not enough tokens for task");
        require(token.allowance(msg.sender, address(this)) >= fee, "Not enough allowance for task");
        require(token.transferFrom(msg.sender, address(this), fee), "Task fee payment failed");

        uint256 taskId = ++totalTasks;
        TaskInfo storage task = tasks[taskId];
        task.id = taskId;
        task.taskType = taskType;
        task.creator = msg.sender;
        task.taskHash = taskHash;
        task.dataHash = dataHash;
        task.vramLimit = vramLimit;
        task.timeout = block.timestamp + timeLimit;
        task.balance = fee;
        task.commitments = new bytes32[](NODES);
        task.nonces = new bytes32[](NODES);
        task.results = new bytes[](NODES);
        task.selectedNodes = startNodes(taskId, taskType, vramLimit, seedOf(taskHash, dataHash));

        for (uint256 round = 0; round < NODES; round++) {
            emit TaskCreated(taskId, taskType, msg.sender, task.selectedNodes[round], taskHash, dataHash, round);
        }
    }

    /// Ends an overdue task for the creator or one of its nodes, whatever
    /// became of it: what is left of the fee goes back. It frees the nodes
    /// even from another task that they work on by now.
    function cancelTask(uint256 taskId) public {
        TaskInfo storage task = existing(taskId);
        bool allowed = msg.sender == task.creator;
        for (uint256 round = 0; round < NODES; round++) {
            allowed = allowed || msg.sender == task.selectedNodes[round];
        }
        require(allowed, "Unauthorized to cancel task");
        require(block.timestamp > task.timeout, "Task has not exceeded the deadline yet");

        pay(task.creator, task.balance);
        if (!task.aborted) {
            emit TaskAborted(taskId, "Task Cancelled");
        }
        erase(task);
    }

    // What a node does

    function submitTaskResultCommitment(uint256 taskId, uint256 round, bytes32 commitment, bytes32 nonce) public {
        TaskInfo storage task = ofNode(taskId, round);
        require(task.commitments[round] == 0, "Already submitted");
        require(!task.aborted, "Task is aborted");
        for (uint256 i = 0; i < NODES; i++) {
            require(task.nonces[i] != nonce, "Nonce already used");
        }
        task.nonces[round] = nonce;
        commit(task, round, commitment);
    }

    function discloseTaskResult(uint256 taskId, uint256 round, bytes calldata result) public {
        require(result.length > 0, "Invalid result");
        TaskInfo storage task = ofNode(taskId, round);
        require(task.results[round].length == 0, "Already submitted");
        for (uint256 i = 0; i < NODES; i++) {
            require(task.commitments[i] != 0, "Commitments not ready");
        }
        require(!task.aborted, "Task is aborted");
        require(
            task.commitments[round] == keccak256(abi.encodePacked(result, task.nonces[round])),
            "Mismatch result and commitment"
        );
        task.results[round] = result;
        disclose(task, round);
    }

    /// The result node has given the files to the Relay and gets its share.
    function reportResultsUploaded(uint256 taskId, uint256 round) public {
        TaskInfo storage task = ofNode(taskId, round);
        require(msg.sender == task.resultNode, "Not result round");
        require(!task.aborted, "Task is aborted");
        settle(task, round);
        eraseIfSettled(task);
    }

    /// An error counts as an empty result. It can also be reported after the task
    /// was aborted by the two others: that is how the third node gets free.
    function reportTaskError(uint256 taskId, uint256 round) public {
        TaskInfo storage task = ofNode(taskId, round);
        require(task.commitments[round] == 0, "Already submitted");
        commit(task, round, ERROR);
        disclose(task, round);
    }

    // Checks

    function existing(uint256 taskId) private view returns (TaskInfo storage task) {
        task = tasks[taskId];
        require(task.id != 0, "Task not exist");
    }

    function ofNode(uint256 taskId, uint256 round) private view returns (TaskInfo storage task) {
        task = existing(taskId);
        require(round < NODES, "Round not exist");
        require(msg.sender == task.selectedNodes[round], "Not selected node");
    }

    // Drawing the nodes

    function seedOf(bytes32 taskHash, bytes32 dataHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked(blockhash(block.number - 1), taskHash, dataHash));
    }

    function startNodes(uint256 taskId, uint256 taskType, uint256 vramLimit, bytes32 seed)
        private
        returns (address[] memory nodes)
    {
        nodes = new address[](NODES);
        Draw.Source memory source = Draw.Source(seed, drawn);
        bytes32 gpuID;
        if (taskType == GPT) {
            gpuID = drawGPU(source, vramLimit);
        }
        for (uint256 round = 0; round < NODES; round++) {
            address worker;
            if (taskType == GPT) {
                worker = node.selectNodeByGPUID(gpuID, source.next());
            } else if (vramLimit > 0) {
                worker = node.selectNodeByGPUVram(drawVram(source, vramLimit), source.next());
            } else {
                worker = node.selectNode(source.next());
            }
            node.startTask(worker); // busy at once, so that it is not drawn twice
            nodeTasks[worker] = taskId;
            nodes[round] = worker;
        }
        drawn = source.counter;
    }

    /// Texts can only be compared when they come from the same kind of GPU.
    function drawGPU(Draw.Source memory source, uint256 vramLimit) private view returns (bytes32) {
        (bytes32[] memory kinds, uint256[] memory counts) = node.filterGPUID(vramLimit, NODES);
        return kinds[source.weighted(counts)];
    }

    function drawVram(Draw.Source memory source, uint256 vramLimit) private view returns (uint256) {
        (uint256[] memory kinds, uint256[] memory counts) = node.filterGPUVram(vramLimit, 1);
        return kinds[source.weighted(counts)];
    }

    // Deciding

    function commit(TaskInfo storage task, uint256 round, bytes32 commitment) private {
        task.commitments[round] = commitment;
        uint256 errors;
        for (uint256 i = 0; i < NODES; i++) {
            if (task.commitments[i] == 0) {
                return;
            }
            if (task.commitments[i] == ERROR) {
                errors++;
            }
        }
        if (errors < 2) {
            emit TaskResultCommitmentsReady(task.id);
        }
    }

    function disclose(TaskInfo storage task, uint256 round) private {
        task.resultDisclosedRounds.push(round);
        uint256 disclosed = task.resultDisclosedRounds.length;
        if (disclosed == 2) {
            decideBySecond(task);
        } else if (disclosed == 3) {
            decideByThird(task);
        }
    }

    function decideBySecond(TaskInfo storage task) private {
        uint256 first = task.resultDisclosedRounds[0];
        uint256 second = task.resultDisclosedRounds[1];
        if (!alike(task, first, second)) {
            return;
        }
        task.isSuccess = true;
        settle(task, second);
        if (task.results[first].length > 0) {
            succeed(task, first);
            return;
        }
        settle(task, first);
        abort(task, "Task error reported");
        uint256 third = NODES - first - second; // the rounds are 0, 1 and 2
        if (task.commitments[third] != 0) {
            slash(task, third);
        }
        eraseIfSettled(task);
    }

    function decideByThird(TaskInfo storage task) private {
        uint256 first = task.resultDisclosedRounds[0];
        uint256 second = task.resultDisclosedRounds[1];
        uint256 third = task.resultDisclosedRounds[2];
        if (task.isSuccess) {
            if (alike(task, third, first)) {
                settle(task, third);
            } else {
                slash(task, third);
            }
            eraseIfSettled(task);
        } else if (alike(task, third, first)) {
            settle(task, third);
            slash(task, second);
            succeed(task, first);
        } else if (alike(task, third, second)) {
            settle(task, third);
            slash(task, first);
            succeed(task, second);
        } else {
            pay(task.creator, task.balance);
            abort(task, "Task result illegal");
            erase(task);
        }
    }

    function alike(TaskInfo storage task, uint256 a, uint256 b) private view returns (bool) {
        if (task.taskType == GPT) {
            return Likeness.sameText(task.results[a], task.results[b]);
        }
        return Likeness.samePictures(task.results[a], task.results[b], distanceThreshold);
    }

    function succeed(TaskInfo storage task, uint256 round) private {
        task.resultNode = task.selectedNodes[round];
        totalSuccessTasks++;
        emit TaskSuccess(task.id, task.results[round], task.resultNode);
    }

    function abort(TaskInfo storage task, string memory reason) private {
        task.aborted = true;
        totalAbortedTasks++;
        emit TaskAborted(task.id, reason);
    }

    // Money and freedom

    /// Pays a node its share and frees it.
    function settle(TaskInfo storage task, uint256 round) private {
        address worker = task.selectedNodes[round];
        task.balance -= feePerNode;
        pay(worker, feePerNode);
        nodeTasks[worker] = 0;
        node.finishTask(worker);
    }

    /// Gives a node's share back to the creator and throws the node out.
    function slash(TaskInfo storage task, uint256 round) private {
        address worker = task.selectedNodes[round];
        task.balance -= feePerNode;
        pay(task.creator, feePerNode);
        nodeTasks[worker] = 0;
        node.slash(worker);
    }

    function pay(address to, uint256 amount) private {
        require(token.transfer(to, amount), "Token transfer failed");
    }

    /// Forgets the task once none of its nodes has any task. A node that was
    /// freed early and works on another task keeps this one readable for ever.
    function eraseIfSettled(TaskInfo storage task) private {
        for (uint256 round = 0; round < NODES; round++) {
            if (nodeTasks[task.selectedNodes[round]] != 0) {
                return;
            }
        }
        delete tasks[task.id];
    }

    /// Forgets the task at once and frees its nodes from whatever they do.
    function erase(TaskInfo storage task) private {
        for (uint256 round = 0; round < NODES; round++) {
            address worker = task.selectedNodes[round];
            if (nodeTasks[worker] != 0) {
                nodeTasks[worker] = 0;
                node.finishTask(worker);
            }
        }
        delete tasks[task.id];
    }
}
