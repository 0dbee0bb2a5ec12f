using System.ComponentModel;
using System.Text.Json.Nodes;
using ServerlessDrives.Connecting;
using ServerlessDrives.Health;
using ServerlessDrives.Integrations.Upstreams;
using ServerlessDrives.Usage;
using ServerlessDrives.Verification;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Deployment;

/// <summary>Settings are found where people look for them.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("PORT")]
    [InlineData("ServerlessDrives__Connection__ExpiresAfter")]
    [InlineData("ServerlessDrives__Connection__RecoverAfter")]
    [InlineData("ServerlessDrives__Health__Every")]
    [InlineData("ServerlessDrives__Health__AtOnce")]
    [InlineData("ServerlessDrives__Integrations__PollEvery")]
    [InlineData("ServerlessDrives__Integrations__PollWithNotificationsEvery")]
    [InlineData("ServerlessDrives__Usage__WriteEvery")]
    [InlineData("ServerlessDrives__Usage__MetricsByDrive")]
    [InlineData("ServerlessDrives__Usage__Prices__PerThousandWrites")]
    [InlineData("ServerlessDrives__Usage__Prices__PerThousandReads")]
    [InlineData("ServerlessDrives__Usage__Prices__PerGigabyteOut")]
    [InlineData("ServerlessDrives__Telemetry__Console")]
    [InlineData("ServerlessDrives__Telemetry__SampleRatio")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING")]
    [InlineData("ServerlessDrives__Webhooks__AllowPrivateTargets")]
    [InlineData("Verification__PropagationWait")]
    [InlineData("Verification__Budget")]
    [InlineData("Authentication__Authority")]
    [InlineData("Authentication__Audience")]
    [InlineData("Authentication__ClientId")]
    [InlineData("Authentication__Scope")]
    [InlineData("Tables__Endpoint")]
    [InlineData("Vault__Uri")]
    [InlineData("Aws__Sandbox")]
    [InlineData("Aws__S3Endpoint")]
    [InlineData("Aws__StsEndpoint")]
    [InlineData("Aws__Principals__<partition>__Arn")]
    [InlineData("Aws__Principals__<partition>__AccessKeyId")]
    [InlineData("Aws__Principals__<partition>__SecretAccessKey")]
    [InlineData("Aws__WebIdentity__Audience")]
    [InlineData("Aws__SessionDuration")]
    [InlineData("Aws__CallTimeout")]
    [InlineData("Aws__TransferTimeout")]
    [InlineData("Aws__MaxClients")]
    public void A_setting_is_in_the_docs_and_in_the_sample(string setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var docs = File.ReadAllText(Path.Combine(Repository.Folder, "docs", "settings.md"));
        var (room, name) = setting.LastIndexOf("__", StringComparison.Ordinal) is >= 0 and var at
            ? (setting[..at], setting[at..])
            : ("", setting);
        // Settings of one row are written in full once; the others by their last part.
        docs.Split('\n')
            .ShouldContain(row =>
                row.StartsWith("| `", StringComparison.Ordinal)
                && (
                    row.Contains($"`{setting}`", StringComparison.Ordinal)
                    || (row.StartsWith($"| `{room}", StringComparison.Ordinal) && row.Contains($"`{name}`", StringComparison.Ordinal))));
        File.ReadAllText(Path.Combine(Repository.Folder, "local.settings.sample.json"))
            .ShouldContain($"\"{setting.Replace("<partition>", "aws", StringComparison.Ordinal)}\"");
    }

    [Theory]
    [InlineData("ServerlessDrives__Connection__", typeof(ConnectionOptions))]
    [InlineData("ServerlessDrives__Health__", typeof(HealthOptions))]
    [InlineData("ServerlessDrives__Integrations__", typeof(IntegrationOptions))]
    [InlineData("ServerlessDrives__Usage__Prices__", typeof(S3Prices))]
    [InlineData("Verification__", typeof(VerificationOptions))]
    public void The_sample_and_the_docs_show_what_a_setting_is_when_nobody_sets_it(string section, Type options)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(options);
        var (docs, unset) = (
            File.ReadAllText(Path.Combine(Repository.Folder, "docs", "settings.md")).Split('\n'),
            Activator.CreateInstance(options));
        var shown = Sample().Where(setting => setting.Key.StartsWith(section, StringComparison.Ordinal)).ToList();
        shown.ShouldNotBeEmpty();
        foreach (var (name, text) in shown)
        {
            var property = options.GetProperty(name[section.Length..]).ShouldNotBeNull(name);
            TypeDescriptor
                .GetConverter(property.PropertyType)
                .ConvertFromInvariantString(text!.GetValue<string>())
                .ShouldBe(property.GetValue(unset), name);
            docs.Single(row => row.StartsWith($"| `{name}`", StringComparison.Ordinal)).ShouldContain($"`{text}` |", customMessage: name);
        }
    }

    [Fact]
    public void The_sample_can_be_read() => Sample().Count.ShouldBeGreaterThan(10);

    private static JsonObject Sample() =>
        JsonNode.Parse(
            File.ReadAllText(Path.Combine(Repository.Folder, "local.settings.sample.json")),
            documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true }
        )!["Values"]!.AsObject();
}
