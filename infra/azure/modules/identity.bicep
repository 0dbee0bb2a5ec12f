metadata description = 'As whom the app runs: one user-assigned identity, so that rights and the AWS trust outlive the app.'

param location string
param token string
param tags object

var abbreviations = loadJsonContent('../abbreviations.json')

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${abbreviations.managedIdentityUserAssignedIdentities}drives-${token}'
  location: location
  tags: tags
}

output id string = identity.id
output clientId string = identity.properties.clientId
output principalId string = identity.properties.principalId
