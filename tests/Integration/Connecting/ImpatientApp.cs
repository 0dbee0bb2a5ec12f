using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>
/// An app that takes a refusal for final almost at once: for all the scenarios in which something is refused. A stack's template is set up.
/// </summary>
[CollectionDefinition(Name)]
public sealed class ImpatientApp() : SharedApp(new()
{
    ["Verification__PropagationWait"] = "00:00:00.3",
    ["Verification__FirstPause"] = "00:00:00.1",
    ["Aws__StackTemplateUrl"] = "https://templates.s3.us-east-1.amazonaws.com/drive-access.yaml",
}), ICollectionFixture<ImpatientApp>
{
    public const string Name = "Impatient app";
}
