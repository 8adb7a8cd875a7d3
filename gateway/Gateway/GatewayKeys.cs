using System.Security.Cryptography;
using System.Text;

namespace Partnership.Gateway;

/// <summary>Keys of the gateway, read from files outside every database. Missing or malformed: the gateway does not start.</summary>
public sealed class GatewayKeys
{
    private readonly Dictionary<string, byte[]> internalKeys;
    private readonly Dictionary<string, byte[]> pseudonymKeys;

    public GatewayKeys(IConfiguration configuration)
    {
        Signing = Ec(configuration, "Ledger:SigningKeyFile");
        using (var signing = Ec(configuration, "Ledger:SealPublicKeyFile"))
            SealTo = ECDiffieHellman.Create(signing.ExportParameters(includePrivateParameters: false));
        Cursor = Secret(configuration, "Cursors:KeyFile");
        internalKeys = Secrets(configuration, "Internal:KeyFiles");
        pseudonymKeys = Secrets(configuration, "Pseudonyms:KeyFiles");
    }

    /// <summary>Signs batches and promises.</summary>
    public ECDsa Signing { get; }

    /// <summary>InformationSharing's public key: what is sealed to it the gateway cannot read.</summary>
    public ECDiffieHellman SealTo { get; }

    /// <summary>Encrypts cursors and keys entity tags.</summary>
    public byte[] Cursor { get; }

    public byte[] InternalKey(string service) => internalKeys[service];

    public byte[] PseudonymKey(string scheme) => pseudonymKeys[scheme];

    public bool HasPseudonymKey(string scheme) => pseudonymKeys.ContainsKey(scheme);

    /// <summary>InformationSharing's public key, by which heartbeats are told from forgeries.</summary>
    public static ECDsa SharingKey(IConfiguration configuration) => Ec(configuration, "Lease:PublicKeyFile");

    private static ECDsa Ec(IConfiguration configuration, string name)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Path(configuration, name)));
        return key.KeySize == 256 ? key : throw new InvalidOperationException($"{name}: an EC key on P-256 is needed.");
    }

    private static byte[] Secret(IConfiguration configuration, string name)
    {
        var bytes = Convert.FromBase64String(File.ReadAllText(Path(configuration, name), Encoding.ASCII).Trim());
        return bytes.Length >= 32 ? bytes : throw new InvalidOperationException($"{name}: at least 32 bytes are needed.");
    }

    private static Dictionary<string, byte[]> Secrets(IConfiguration configuration, string section) =>
        configuration.GetSection(section).GetChildren().ToDictionary(c => c.Key, c => Secret(configuration, c.Path));

    private static string Path(IConfiguration configuration, string name) =>
        configuration[name] is { Length: > 0 } path ? path : throw new InvalidOperationException($"{name} names no file.");
}
