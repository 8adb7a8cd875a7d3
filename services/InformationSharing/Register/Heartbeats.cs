using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Partnership.Ledger;

namespace Partnership.InformationSharing;

/// <summary>Settings of the heartbeat; section <c>Heartbeat</c>.</summary>
public sealed class HeartbeatOptions
{
    /// <summary>PEM file of the EC P-256 private key that heartbeats are signed with; gateways have the public one.</summary>
    public string SigningKeyFile { get; set; } = "";
}

/// <summary>Signs what the gateway may go on with: the register and the agreements as they are at this moment.</summary>
public sealed class Heartbeats(IOptions<HeartbeatOptions> options, IConfiguration configuration, TimeProvider clock) : IHostedService, IDisposable
{
    private readonly Lazy<ECDsa> key = new(() => ReadKey(options.Value.SigningKeyFile));
    private readonly Lock signing = new();
    private (string Stamp, string Digest)? agreements;
    private long sequence;

    /// <summary>A heartbeat for a register of this version and these bytes.</summary>
    /// <exception cref="IOException">The agreements cannot be read: there is nothing to vouch for.</exception>
    public string Next(long registerVersion, string registerDigest)
    {
        lock (signing)
        {
            var now = clock.GetUtcNow();
            // Time as the sequence: it rises over restarts and needs no memory of its own.
            sequence = Math.Max(sequence + 1, now.ToUnixTimeMilliseconds());
            return new Heartbeat(sequence, now, registerVersion, registerDigest, AgreementsDigest()).Sign(key.Value);
        }
    }

    /// <summary>A missing key or folder stops the start and not the first heartbeat.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = key.Value;
        lock (signing) _ = AgreementsDigest();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        if (key.IsValueCreated) key.Value.Dispose();
    }

    /// <summary>Read again when a file has changed.</summary>
    private string AgreementsDigest()
    {
        var folder = configuration["Agreements:Folder"] ?? throw new InvalidOperationException("Agreements:Folder names no folder.");
        var stamp = string.Join('|', AgreementFiles.In(folder).Select(f => new FileInfo(f)).Select(f => $"{f.Name} {f.LastWriteTimeUtc.Ticks} {f.Length}"));
        if (agreements is not { } known || known.Stamp != stamp) agreements = (stamp, AgreementFiles.Digest(folder));
        return agreements.Value.Digest;
    }

    private static ECDsa ReadKey(string file)
    {
        if (file.Length == 0) throw new InvalidOperationException("Heartbeat:SigningKeyFile names no key.");
        var read = ECDsa.Create();
        read.ImportFromPem(File.ReadAllText(file));
        return read.KeySize == 256 ? read : throw new InvalidOperationException("Heartbeat:SigningKeyFile: an EC key on P-256 is needed.");
    }
}
