using System.Text.Json.Serialization;

namespace ServerlessDrives.Access;

/// <summary>A part of AWS with its own accounts, regions and host names; credentials of one mean nothing in another.</summary>
[JsonConverter(typeof(ParsedJsonConverter<Partition>))]
public sealed record Partition : IParsed<Partition>
{
    /// <summary>The commercial one.</summary>
    public static readonly Partition Aws = new("aws", "amazonaws.com");

    public static readonly Partition China = new("aws-cn", "amazonaws.com.cn");
    public static readonly Partition GovCloud = new("aws-us-gov", "amazonaws.com");

    /// <summary>The European Sovereign Cloud.</summary>
    public static readonly Partition EuropeanSovereign = new("aws-eusc", "amazonaws.eu");

    internal static readonly Partition Iso = new("aws-iso", "c2s.ic.gov");
    internal static readonly Partition IsoB = new("aws-iso-b", "sc2s.sgov.gov");
    internal static readonly Partition IsoE = new("aws-iso-e", "cloud.adc-e.uk");
    internal static readonly Partition IsoF = new("aws-iso-f", "csp.hci.ic.gov");

    private Partition(string name, string dnsSuffix) => (Name, DnsSuffix) = (name, dnsSuffix);

    /// <summary>As it stands in an ARN.</summary>
    public string Name { get; }

    /// <summary>What the host names of its services end with.</summary>
    public string DnsSuffix { get; }

    public static IReadOnlyList<Partition> All { get; } = [Aws, China, GovCloud, EuropeanSovereign, Iso, IsoB, IsoE, IsoF];

    public static Result<Partition, ParseError> Parse(string? text) =>
        All.FirstOrDefault(partition => partition.Name == text) is { } known
            ? known
            : new ParseError($"There is no AWS partition {Typed.Quote(text)}; expected one of {string.Join(", ", All)}.");

    public override string ToString() => Name;
}
