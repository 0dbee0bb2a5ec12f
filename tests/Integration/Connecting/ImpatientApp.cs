using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>
/// An app that takes a refusal for final almost at once: for all the scenarios in which something is refused. A stack's template is set up,
/// and files of more than a mebibyte have to go straight to S3.
/// </summary>
[CollectionDefinition(Name)]
public sealed class ImpatientApp() : SharedApp(new()
{
    ["Verification__PropagationWait"] = "00:00:00.3",
    ["Verification__FirstPause"] = "00:00:00.1",
    ["ServerlessDrives__Files__LargestRequest"] = "1048576",
    ["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] = "2097152",
    ["Aws__StackTemplateUrl"] = "https://templates.s3.us-east-1.amazonaws.com/drive-access.yaml",
}), ICollectionFixture<ImpatientApp>
{
    public const string Name = "Impatient app";
}
