namespace Partnership.InformationSharing;

/// <summary>
/// Something about the ledger that a person must look at: a kind, the gateway instance and a detail, all of them codes
/// and numbers. An alarm is raised once for ever; one that can be mended is cleared once.
/// </summary>
public sealed record Alarm(string Kind, string? Instance, string Detail)
{
    public string Key => $"{Kind}|{Instance}|{Detail}";
}

public static class AlarmKinds
{
    /// <summary>A message is no batch. Kept as it is. Detail: start of its hash.</summary>
    public const string Unreadable = "unreadable-message";

    /// <summary>A batch is not signed by a gateway known here. Integrated and marked. Detail: sequence and start of its hash.</summary>
    public const string Signature = "signature";

    /// <summary>Two batches claim one sequence number. The second is kept as it is, unless only it is signed.</summary>
    public const string SequenceConflict = "sequence-conflict";

    /// <summary>The batch before this sequence number is missing. Cleared when it arrives.</summary>
    public const string Gap = "gap";

    /// <summary>A batch names another hash than its predecessor's. Cleared when one with that hash arrives.</summary>
    public const string Chain = "chain";

    /// <summary>An entry is not version 1. It has its position and its bytes. Detail: sequence and ordinal.</summary>
    public const string EntryUnreadable = "entry-unreadable";

    /// <summary>The same entry came in two batches. It stands in the ledger once.</summary>
    public const string EntryTwice = "entry-twice";

    /// <summary>Two entries claim one id. The second has its position and its bytes, and is not found by id.</summary>
    public const string EntryIdTwice = "entry-id-twice";

    /// <summary>An instance has sent nothing for more than three heartbeats, and no closing batch. Detail: its last sequence number.</summary>
    public const string Silence = "silence";

    /// <summary>The queue was not there when the consumer came, and was declared again.</summary>
    public const string QueueMissing = "queue-missing";

    /// <summary>The broker took the queue from the consumer: somebody deleted it.</summary>
    public const string QueueDeleted = "queue-deleted";

    /// <summary>The queue is there with other arguments than it must have; it may lose entries.</summary>
    public const string QueueArguments = "queue-arguments";

    /// <summary>A policy of the broker makes the queue drop entries; they came by the queue that keeps what is dropped.</summary>
    public const string QueueDrops = "queue-drops";

    /// <summary>A message that the database refuses to store as a batch. Kept as it is.</summary>
    public const string NotStorable = "not-storable";
}
