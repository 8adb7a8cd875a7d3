using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Partnership.Contracts;
using Partnership.Contracts.Sharing;
using Partnership.PartnershipSettings;

namespace Partnership.InformationSharing;

/// <summary>Where the partnership's file is; section <c>Partnership</c>.</summary>
public sealed class PartnershipOptions
{
    public string File { get; set; } = "";
}

/// <summary>
/// The people and agencies register, from the partnership's file. A changed file takes effect within a second, so that a
/// leaver loses access; a changed file with problems does not, and is complained about.
/// </summary>
public sealed class Registry(IOptions<PartnershipOptions> options, TimeProvider clock, ILogger<Registry> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private volatile State? current;

    /// <summary>The partnership as it is now.</summary>
    public PartnershipConfiguration Configuration => Now.Configuration;

    /// <summary>The register as it is now.</summary>
    public RegisterSnapshot Snapshot => Now.Snapshot;

    /// <summary>The register as it is served: version, bytes, and their digest.</summary>
    public (long Version, ReadOnlyMemory<byte> Bytes, string Digest) Served
    {
        get
        {
            var now = Now;
            return (now.Snapshot.Version, now.Bytes, now.Digest);
        }
    }

    private State Now => current ?? throw new InvalidOperationException("The register is read when the host starts.");

    /// <exception cref="PartnershipFileException">The file is missing or has problems: the host does not start.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var stamp = Stamp.Of(options.Value.File);
        Take(PartnershipFile.Load(options.Value.File), stamp);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, clock);
        var refused = default(Stamp);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var stamp = Stamp.Of(options.Value.File);
                if (stamp == Now.Stamp || stamp == refused) continue;
                try
                {
                    Take(PartnershipFile.Load(options.Value.File), stamp);
                }
                catch (PartnershipFileException wrong)
                {
                    refused = stamp;
                    log.LogError(wrong, "The changed partnership file is refused and the register stays as it was; 'check' lists its problems");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>The register in the form the gateway reads.</summary>
    public static RegisterSnapshot ToSnapshot(PartnershipConfiguration partnership, long version) => new()
    {
        Version = version,
        Agencies =
        [
            .. partnership.Agencies.Select(a => new RegisteredAgency(a.Code, a.Name, a.From, a.Until, a.Successor, a.MayRefer, a.SecureEmailDomains)),
        ],
        Issuers = [.. partnership.Issuers.Select(i => new RegisteredIssuer(i.Address, i.Agencies))],
        People =
        [
            .. partnership.People.Select(p => new RegisteredPerson
            {
                Id = p.Id,
                Issuer = p.Issuer,
                Subject = p.Subject,
                Name = p.Name,
                From = p.From,
                Until = p.Until,
                Hats = [.. p.Hats.Select(h => new RegisteredHat(h.Name, h.Agency, h.Team, h.Role, h.Schemes))],
            }),
        ],
    };

    private void Take(PartnershipConfiguration partnership, Stamp stamp)
    {
        // Time of reading as the version: it rises with every change and over restarts, and needs no memory of its own.
        var version = Math.Max(clock.GetUtcNow().ToUnixTimeMilliseconds(), (current?.Snapshot.Version ?? 0) + 1);
        var snapshot = ToSnapshot(partnership, version);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(snapshot, WireJson.Options);
        current = new State(partnership, snapshot, bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)), stamp);
        log.LogInformation(
            "Register read: version {Version}, {Agencies} agencies, {People} people", version, partnership.Agencies.Count, partnership.People.Count);
    }

    private sealed record State(PartnershipConfiguration Configuration, RegisterSnapshot Snapshot, byte[] Bytes, string Digest, Stamp Stamp);

    /// <summary>What tells one content of the file from another without reading it.</summary>
    private readonly record struct Stamp(DateTime Written, long Length)
    {
        public static Stamp Of(string path)
        {
            var file = new FileInfo(path);
            return file.Exists ? new Stamp(file.LastWriteTimeUtc, file.Length) : default;
        }
    }
}
